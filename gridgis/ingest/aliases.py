"""Header variants by table and field, as seen in ledgers, drawings and register exports.

Each entry lists headers in tiers separated by "|": the plain name first, then synonyms, then
words so general that they count only where nothing better is there. Titles and names of
`tables.TABLES` are understood everywhere and are not repeated. Sources: domain.md §4.3 and the
registers of Taiwan's villages, whose headers are compared in simplified characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gridgis.ingest.script import words

__all__ = ["ALIASES", "HELPERS", "PERSONAL", "TABLE_WORDS"]

COUNTY = (
    "县区 区县 县 县(市、区) 所属区县 所在区县 县级 区 所在区 县名 区县名称 COUNTYNAME PNAME "
    "COUNTY|"
    "县市别 行政区 区域别 区别 adname"
)
STREET = (
    "街道 街道名称 镇街 镇(街道) 乡镇 乡镇(街道) 街道(乡镇) 街道(镇) 镇街名称 街道办 "
    "街道办事处 街镇 "
    "所属街道 所属镇街 所在街道 所属乡镇 乡镇街道 乡镇名称 镇(开发区、街道) 管理区 SZJDMC JDMC "
    "TOWNNAME TNAME TOWN 乡镇市区 所属街道(乡镇) 所属街道(镇)|区域"
)
COMMUNITY = (
    "社区 社区名称 社区名 社区(村) 村(社区) 村居 村社 村居名称 村(居) 所属社区 所在社区 "
    "所属社区名称 所属村居 居委会 居委 社区居委会 行政村 村(居)委会 社区(居委会) SQMC SZSQMC "
    "村里 里别 村里名称 "
    "所属社区(村) 归属社区 管辖社区 VILLNAME VNAME VILLAGE 服务社区"
)
COMMUNITY_CODE = (
    "社区编码 社区代码 社区编号 所属社区代码 所属社区编码 所属社区编号 所在社区代码 "
    "所在社区编码 社区区划代码 "
    "村社区代码 村(居)代码 村级代码 12位代码 统计用区划代码 村里代码 SQDM SZSQDM SQBM VILLCODE "
    "V_ID|"
    "区划代码 行政区划代码 区划编码"
)
LON = (
    "经度 东经 lng lon longitude jd JD84 坐标经度 经度坐标 gps经度 WGS84经度 经度(°)|坐标X "
    "X坐标 X"
)
LAT = "纬度 北纬 lat latitude wd WD84 坐标纬度 纬度坐标 gps纬度 WGS84纬度 纬度(°)|坐标Y Y坐标 Y"
ADDRESS = "详细地址 地址 坐落 具体位置 门牌地址 地点 坐落位置 房屋坐落 据点地址 位置 address|门牌号"
NAME = "name MC 名称"
ESTATE = "所属小区 小区 小区名称 所在小区 楼盘 楼盘名称 住宅小区 院落 所属楼盘 配建小区"
ESTATE_ID = "所属小区编号 小区代码 小区编码 所属小区代码 小区ID 楼盘编号"
AREA = (
    "建筑面积 用房面积 房屋面积 房屋建筑面积 用房建筑面积 设施面积 JZMJ|"
    "实际面积 现有面积 实有面积 室内面积 室内建筑面积 总建筑面积 实测面积 设计面积 "
    "规划建筑面积 规划面积|"
    "面积 MJ area"
)
HOUSEHOLDS = (
    "总户数 居民户数 户数 家庭户数 H_CNT|常住户数 住户数 户籍户数 实有户数|"
    "户 居民户 户(套)数"
)
POPULATION = (
    "总人口 人口数 常住人口 人口 总人口数 常住人口数 P_CNT|户籍人口 实有人口 居住人口 辖区人口 "
    "服务人口|人数"
)
YEAR = "年度 年份 统计年度 考核年度|年 年月"

# Fields that say where a row belongs; they are resolved to codes and points, and not kept.
HELPERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "county": ("县区", COUNTY),
        "street": ("街道", STREET),
        "community": ("社区名称", COMMUNITY),
        "estate": ("小区名称", ESTATE),
        "lon": ("经度", LON),
        "lat": ("纬度", LAT),
        "coords": ("坐标", "经纬度 坐标 中心点 中心坐标 经纬度坐标 点位坐标 位置坐标"),
        "year": ("年度", YEAR),
        "storeys_text": (
            "楼层",
            "楼层 所在楼层 所在层 层次 所处楼层 楼层号 所在楼层数 用房楼层 floor|层数",
        ),
    }
)

ALIASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "communities": {
            "community_code": COMMUNITY_CODE + "|代码 编码 code 标识码",
            "name": COMMUNITY + "|" + NAME,
            "street": STREET,
            "county": COUNTY,
            "kind": (
                "社区类型 城乡类别 城乡类型 城乡分类 类型 城市/乡镇 城镇/农村 "
                "社区类别 城乡属性 城市/农村|类别 城乡分类代码"
            ),
            "households": HOUSEHOLDS,
            "population": POPULATION,
            "elderly_population": (
                "60岁以上 60岁以上人口 60岁以上老人 老年人口 老年人口数 老人数 "
                "60岁及以上人口|65岁以上 65岁以上老人 65岁以上人口 65岁及以上人口 "
                "超过64岁 A65UP_CNT"
            ),
            "stated_area_m2": "辖区面积 行政区面积 区域面积 社区面积 AREA",
        },
        "grids": {
            "grid_code": (
                "网格编码 网格编号 网格代码 网格号 网格ID 单元网格标识码 WGBM WGDM "
                "WGBH DYWGBSM SZDYWGBSM|标识码 编码 编号 代码 code"
            ),
            "community_code": COMMUNITY_CODE,
            "name": "网格名称 网格 所属网格 所在网格 网格名 责任网格 WGMC|" + NAME,
            "grid_type": "网格类型 网格类别 网格性质 综合/专属|类型 类别",
            "households": HOUSEHOLDS,
            "population": POPULATION,
            "grid_worker_count": (
                "网格员数 网格员人数 专职网格员数 网格员数量|专职网格员人数 "
                "网格员配备数"
            ),
        },
        "facilities": {
            "facility_id": (
                "设施编号 用房编号 设施编码 设施代码 用房编码 用房代码 房屋编号 "
                "房屋编码 阵地编号 资产编号 点位编号 SSBH SSBM YFBH|编码 编号 代码 id "
                "fid"
            ),
            "name": (
                "设施名称 用房名称 阵地名称 房屋名称 点位名称 场所名称 场地名称 机构名称 "
                "据点名称 服务单位名称 机关名称 SSMC YFMC title|"
            )
            + NAME,
            "community_code": COMMUNITY_CODE,
            "estate_id": ESTATE_ID,
            "use": (
                "用途 房屋用途 使用功能 用房用途 设施类型 设施类别 用房类型 用房类别 "
                "主要用途 功能 功能室 场地类型 YT|类别 类型 性质 use"
            ),
            "floor_area_m2": AREA,
            "usable_area_m2": "使用面积 套内面积 实用面积 套内使用面积 SYMJ",
            "activity_area_m2": (
                "居民活动面积 其中居民活动面积 活动面积 其中活动面积 居民活动区面积 "
                "居民活动用房面积 其中:居民活动面积 活动区面积"
            ),
            "outdoor_area_m2": (
                "室外场地面积 户外场地面积 户外健身场地面积 室外活动场地 "
                "室外活动场地面积 室外健身场地面积 户外面积 室外面积 场地面积 "
                "占地面积 健身广场面积 文体广场 室外场地 户外活动场地面积 CDMJ"
            ),
            "own_entrance": (
                "独立出入口 独立入口 是否独立出入口 有无独立出入口 是否有独立出入口 "
                "单独出入口 独立门 独立门户"
            ),
            "building": "楼栋 楼栋号 幢号 栋号 楼号 楼幢 所在楼栋 所在楼 楼栋名称",
            "site_id": "场所编号 地点编号 所在场所 场所",
            "tenure": (
                "产权 产权性质 权属 产权归属 产权情况 自有/租赁 房屋来源 取得方式 "
                "产权类型 权属性质 来源方式 产权来源 用房来源|是否自有 产权单位"
            ),
            "status": (
                "状态 使用状态 使用现状 现状 使用情况 当前状态 建设状态 设施状态 "
                "闲置情况|是否闲置"
            ),
            "available_on": (
                "可用日期 投用时间 启用时间 投入使用时间 启用日期 投用日期 可用时间 "
                "开始使用时间|竣工时间 竣工日期"
            ),
            "functions": (
                "兼有功能 兼用功能 其他功能 附加功能 复合功能 兼有用途 其他用途"
            ),
            "shared_with": (
                "共用社区 共享社区 合用社区 共用单位 与何社区共用 共用情况 "
                "共用社区及比例"
            ),
            "area_basis": "面积口径 面积类型 面积性质",
            "address": ADDRESS,
        },
        "estates": {
            "estate_id": ESTATE_ID + " 小区编号|项目编号 编号 编码 代码 id",
            "name": (
                "小区名称 小区 楼盘 楼盘名称 住宅小区 院落 院落名称 案名 推广名 备案名 XQMC|"
                "项目名称 项目 地名|"
            )
            + NAME,
            "community_code": COMMUNITY_CODE,
            "kind": (
                "新建/既有 新建或既有 小区类型 小区性质 小区类别 新旧 建设性质 "
                "新建既有|类型 类别 性质"
            ),
            "development": (
                "所属开发项目 开发项目 所属项目 项目 项目名称 整体项目 开发项目名称"
            ),
            "phase": "期数 分期 期 批次 期次 期别 一期/二期",
            "housing_kind": "住房类型 住宅类型 房屋类型 住房性质 保障房/商品房",
            "planned_dwellings": (
                "规划户数 规划总户数 规划住宅套数 住宅套数 总套数 规划套数 设计户数 "
                "规划住户数|总户数 户数 套数 户(套)数 居民户数"
            ),
            "occupied": "入住户数 已入住 已入住户数 实际入住户数 入住数",
            "residential_floor_area_m2": (
                "住宅建筑面积 地上住宅建筑面积 住宅面积 住宅总建筑面积|地上建筑面积 "
                "计容建筑面积 住宅地上建筑面积"
            ),
            "planned_on": (
                "住宅规划许可日期 规划许可日期 住宅规划时间 住宅规划日期 规划许可时间 "
                "住宅规划许可时间"
            ),
            "started_on": "住宅开工日期 开工时间 开工日期 住宅开工时间",
            "accepted_on": (
                "住宅验收日期 竣工验收日期 住宅验收时间 竣工验收时间 验收日期 "
                "住宅竣工验收日期|竣工时间 竣工日期"
            ),
            "delivered_on": (
                "住宅交付日期 交付时间 交付日期 住宅交付时间 交房时间 交房日期"
            ),
            "rooms_planned_on": (
                "用房规划许可日期 用房规划时间 用房规划日期 用房规划许可时间"
            ),
            "rooms_started_on": "用房开工日期 用房开工时间",
            "rooms_accepted_on": "用房验收日期 用房验收时间 用房竣工验收日期",
            "rooms_delivered_on": "用房交付日期 用房交付时间",
            "handover_agreement": (
                "移交协议 是否签订移交协议 移交协议签订 是否签移交协议 有无移交协议 "
                "移交协议是否签订"
            ),
            "handed_over_on": "移交日期 移交时间 用房移交日期 用房移交时间",
            "handover_receiver": "接收单位 移交接收单位 用房接收单位 接收方",
            "property_managed": (
                "物业管理 有无物业 是否有物业 有无物业管理 是否物业管理 实施物业管理 "
                "是否实施物业管理"
            ),
            "owners_committee": (
                "业主委员会 业委会 有无业委会 是否成立业委会 是否成立业主委员会 "
                "有无业主委员会 成立业委会"
            ),
        },
        "buildings": {
            "building_id": (
                "楼栋编号 楼栋代码 楼栋编码 幢编号 建筑编号 楼栋ID|编号 编码 代码 id "
                "fid"
            ),
            "estate_id": ESTATE_ID,
            "community_code": COMMUNITY_CODE,
            "name": "楼栋名称 楼栋 幢号 栋号 楼号 建筑名称 楼幢|" + NAME,
            "households": "户数 住户数 总户数 居民户数 套数|户",
            "storeys": "层数 楼层数 地上层数 总层数 建筑层数 CS",
        },
        "roads": {
            "road_id": (
                "道路编号 道路代码 道路编码 路段编号 osm_id|编号 编码 代码 id fid"
            ),
            "name": "道路名称 路名 道路 街道名 街巷名称|" + NAME,
            "class": "道路等级 道路类型 等级 道路类别 highway fclass DLDJ|类型 类别",
            "walkable": "可步行 是否可步行 步行 能否步行",
        },
        "staff": {
            "community_code": COMMUNITY_CODE,
            "workers": (
                "社区工作者 社区工作者人数 社区工作者数 专职工作者 专职工作者数 "
                "专职工作者人数 专职社区工作者 工作人员数 社区干部数 两委人数 "
                "配备人数 工作者人数 工作者总数|实有人数 人数"
            ),
            "certified": (
                "持证人数 持证社工 社工证人数 持证社工数 持证社工人数 "
                "取得社会工作师证书 持证数 持证工作者"
            ),
        },
        "funds": {
            "community_code": COMMUNITY_CODE,
            "operating_cny": (
                "运转经费 工作经费 年度运转经费 社区运转经费 办公经费 社区工作经费 "
                "运行经费|经费 资金"
            ),
            "provincial_cny": (
                "省级补助 省级补助资金 省级资金 省补资金 省级财政补助|补助资金"
            ),
            "match_cny": "县级配套 县级配套资金 配套资金 区级配套 县配套",
            "paid_cny": "到位资金 已到位资金 拨付资金 已拨付 实际到位 到位金额|拨付",
        },
        "projects": {
            "project_id": "项目编号 项目代码 项目编码|编号 编码 id",
            "community_code": COMMUNITY_CODE,
            "name": "项目名称 项目 任务名称 建设项目|" + NAME,
            "stage": "阶段 项目阶段 建设阶段 当前阶段 进展阶段|完成情况",
            "progress_share": "进度 完成率 完成比例 形象进度 工程进度 项目进度",
            "due_on": (
                "完成时限 计划完成时间 截止时间 整改时限 完成时间 计划完成日期 截止日期"
            ),
        },
        "scores": {
            "community_code": COMMUNITY_CODE,
            "self_score": "自评分 自评得分 自评总分 自查得分 自评分数|得分 总分",
            "province_score": "省评分 省级评分 省评得分 考核得分 省级得分 省考核得分",
            "satisfaction_share": "满意度 群众满意度 满意率 群众满意率|测评得分",
            "named": "已命名 是否命名 是否已命名 命名 和谐社区命名 命名情况",
        },
    }
)

# Words in a sheet, layer or file name that tell which table it is, strongest first.
TABLE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "facilities": (
            "用房 设施 阵地 据点 场地 房屋 机构 facilities rooms outdoor facility"
        ),
        "grids": "网格 grids grid",
        "estates": "小区 楼盘 estates estate",
        "buildings": "楼栋 建筑 幢 buildings building",
        "roads": "道路 路网 街巷 roads road streets",
        "staff": "人员 工作者 队伍 社工 staff",
        "funds": "经费 资金 funds",
        "projects": "项目 工程 projects",
        "scores": "考评 自评 考核 评分 创建 scores",
        "communities": (
            "社区 村居 村里 边界 区划 communities community villages village"
        ),
    }
)

# Columns that name or reach a person: never kept (case A41, threat T24).
PERSONAL = words(
    "身份证 证件号 手机 电话 联系方式 联系人 户主 负责人 书记 主任 姓名 网格长 网格员姓名 "
    "专职网格员姓名 "
    "法人 法定代表人 门牌户号 责任人 包格干部 邮箱 微信 phone mobile telephone idcard id_card "
    "contact"
)
